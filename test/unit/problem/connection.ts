import { wordings as host } from "../../../connection/host.ts";
import { wordings as preflight } from "../../../connection/preflight.ts";
import { table } from "./table.ts";

const address = "server.example.org";

export const connection = [
  table(host, {
    "script.failed": [{ script: "restore.sh", end: 3 }, "restore.sh ended with exit code 3; the reason stands above."],
  }),
  table(preflight, {
    "shell.fails": [
      { shell: "/bin/none", reason: "spawn /bin/none ENOENT" },
      `SHELL: /bin/none cannot run a command (spawn /bin/none ENOENT); nothing was changed.
    → Set SHELL to your shell, such as /bin/sh: ssh uses it.`,
    ],
    "shell.prints": [
      { shell: "/bin/loud", line: "Welcome" },
      `SHELL: /bin/loud prints "Welcome" before a command; nothing was changed.
    → Let its start-up files print in interactive shells only: ssh runs it where nothing else may be said.`,
    ],
    "engine.forbidden": [
      `host: you may not use the Docker engine; nothing was changed.
    → Join the group: \`sudo usermod -aG docker $USER\`, then log in again.`,
    ],
    "engine.missing": [
      { socket: "unix:///run/none.sock" },
      `host: no Docker engine answers at unix:///run/none.sock; nothing was changed.
    → Install and start it (\`npm start\` does on Debian and Ubuntu as root), or set host.socket.`,
    ],
    "engine.no-image": [
      { image: "site:dev" },
      `application.image: the Docker engine has no image site:dev; nothing was changed.
    → Build it (\`docker build --tag site:dev .\`), or name the image of a registry by its digest.`,
    ],
    "ssh.missing": [
      `ssh: OpenSSH's client is not installed; nothing was changed.
    → Install it (\`apt-get install openssh-client\`).`,
    ],
    "host.other-key": [
      { address },
      `host.hostKey: server.example.org shows another host key than the one in the configuration; nothing was changed.
    → Compare with \`cat /etc/ssh/ssh_host_ed25519_key.pub\` on the server's own console. Only if the server was set up anew, set host.hostKey; else somebody may be in between.`,
    ],
    "host.no-root": [
      { address, user: "deploy", said: "sudo: a password is required" },
      `host.user: deploy may not run sudo on server.example.org without a password (sudo: a password is required); nothing was changed.
    → As root on the server: \`apt-get install sudo; echo 'deploy ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/deploy\`. Or set host.user to root.`,
    ],
    "host.no-identity": [
      { said: 'Load key "/home/operator/.ssh/deploy": invalid format' },
      `host.identityFile: Load key "/home/operator/.ssh/deploy": invalid format; nothing was changed.
    → Name a private key file that only you can read (\`chmod 600\`).`,
    ],
    "host.login-refused": [
      { address, user: "deploy" },
      `host.user: server.example.org refuses the login of deploy; nothing was changed.
    → Put your public key into ~deploy/.ssh/authorized_keys on the server, and load the private one (\`ssh-add\`) or name it in host.identityFile.`,
    ],
    "host.drops": [
      { address, port: 2222, said: "kex_exchange_identification: Connection closed by remote host" },
      `host.address: server.example.org drops connections to port 2222 before the login (kex_exchange_identification: Connection closed by remote host); nothing was changed.
    → See \`journalctl -u ssh\` on the server: others may fill its MaxStartups, or it shuts this machine's address out.`,
    ],
    "host.unreachable": [
      { address, port: 2222, user: "deploy", said: "" },
      `host.address: no SSH server was reached at server.example.org port 2222 within 40 s; nothing was changed.
    → See that the server is on and port 2222 is open: \`ssh -p 2222 deploy@server.example.org\`.`,
    ],
  }),
];
