delete require.extensions[".ts"]; // The policy runner registers ts-node for it; Node runs TypeScript itself.
module.exports = import("./index.ts");
