"""Prints the head of the HTTP request that mentions a word and comes to a port, as it passes by: overhear.py WORD PORT"""
import socket
import sys

word, port = sys.argv[1].encode(), int(sys.argv[2])
ETH_P_ALL = 3
ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
ear.settimeout(20)
print("listening", flush=True)
while True:
    packet, origin = ear.recvfrom(65535)
    if origin[1] != 0x0800 or packet[9] != socket.IPPROTO_TCP:
        continue
    segment = packet[(packet[0] & 15) * 4 :]
    if int.from_bytes(segment[2:4], "big") == port and word in segment:
        content = segment[(segment[12] >> 4) * 4 :]
        print(content.split(b"\r\n\r\n")[0].decode(), flush=True)
        break
