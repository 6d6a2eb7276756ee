"""A hostile WebSocket server on 127.0.0.1 (RFC 6455 by hand, no library).

Usage: websocket_server.py [--tls CERT KEY] [--proxy]
Prints its port, serves until stdin ends. The path of the upgrade says what it does; with --proxy it is a CONNECT proxy.
What the client's close frame said is told to whoever asks for /last by plain HTTP.
"""

import asyncio
import base64
import hashlib
import os
import socket
import ssl
import struct
import sys

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
last_close = {}


def frame(first, payload, masked=False, announced=None):
    length = len(payload) if announced is None else announced
    mask = 0x80 if masked else 0
    if length < 126:
        head = bytes([first, mask | length])
    elif length < 65536:
        head = bytes([first, mask | 126]) + struct.pack(">H", length)
    else:
        head = bytes([first, mask | 127]) + struct.pack(">Q", length)
    if masked:
        key = b"\1\2\3\4"
        payload = key + bytes(byte ^ key[index & 3] for index, byte in enumerate(payload))
    return head + payload


def close(code, reason=b""):
    return frame(0x88, struct.pack(">H", code) + reason)


# What is sent right after the upgrade, by path.
PUSHED = {
    "/early": frame(0x81, b"early"),
    "/empty": frame(0x81, b""),
    "/binary": frame(0x82, b"\xff\x00"),
    "/split-utf8": frame(0x01, "é".encode()[:1]) + frame(0x80, "é".encode()[1:]),
    "/ping-between": frame(0x01, b"he") + frame(0x89, b"!") + frame(0x80, b"llo"),
    "/masked": frame(0x81, b"hello", masked=True),
    "/reserved-bit": frame(0xC1, b"hello"),
    "/long-control": frame(0x89, b"p" * 126),
    "/fragmented-control": frame(0x09, b"p"),
    "/bad-opcode": frame(0x83, b"x"),
    "/bare-continuation": frame(0x80, b"x"),
    "/bad-utf8": frame(0x81, b"\xff\xfe"),
    "/cut-utf8": frame(0x81, "é".encode()[:1]),
    "/interleaved": frame(0x01, b"a") + frame(0x81, b"b"),
    "/huge": frame(0x81, b"abc", announced=1 << 40),
    "/huge-fragments": frame(0x01, b"a" * 60000) + frame(0x00, b"a" * 60000) * 20,
    "/length-63-bits": bytes([0x81, 127]) + b"\xff" * 8 + b"a",
    "/long-form-of-short": bytes([0x81, 126, 0, 5]) + b"hello",
    "/close-1005": close(1005),
    "/close-1-byte": frame(0x88, b"\x03"),
    "/close-empty": frame(0x88, b""),
    "/close-bad-utf8": close(1000, b"\xff"),
    "/close-1001": close(1001, "going é away".encode()),
    "/close-1012": close(1012, b"service restart"),
    "/close-1013": close(1013, b"try again later"),
    "/close-4001": close(4001, b"policy"),
    "/good-then-bad": frame(0x81, b"good") + frame(0x83, b"x"),
}


def answer_to(headers, path):
    key = headers["sec-websocket-key"]
    accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    if path == "/wrong-accept":
        accept = base64.b64encode(b"x" * 20).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
             f"Sec-WebSocket-Accept: {accept}"]
    if path == "/extension":
        lines.append("Sec-WebSocket-Extensions: permessage-deflate")
    if path == "/no-upgrade":
        lines.remove("Upgrade: websocket")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def read_frame(reader):
    first, second = await reader.readexactly(2)
    length = second & 127
    if length == 126:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", await reader.readexactly(8))
    assert second & 0x80, "a client's frame must be masked"
    key = await reader.readexactly(4)
    payload = bytearray(await reader.readexactly(length))
    for index in range(4):
        payload[index::4] = bytes(byte ^ key[index] for byte in payload[index::4])
    return first & 15, bytes(payload)


async def talk(path, reader, writer):
    """Echo messages; some ask for something."""
    while True:
        opcode, payload = await read_frame(reader)
        if opcode == 8:
            last_close[path] = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
            writer.write(frame(0x88, payload[:2]))
            await writer.drain()
            return
        if opcode == 9:
            writer.write(frame(0x8A, payload))
        elif opcode == 10:
            writer.write(frame(0x81, b"pong " + payload))
        elif payload == b"abort":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return
        elif payload == b"ping":
            writer.write(frame(0x89, b"hello"))
        elif payload.startswith(b"big"):
            writer.write(frame(0x81, b"x" * int(payload[3:])))
        elif payload.startswith(b"length"):
            writer.write(frame(0x81, str(len(payload)).encode()))
        elif payload.startswith(b"flood"):
            for number in range(int(payload[5:])):
                writer.write(frame(0x81, b"%08d" % number + b"z" * 1000))
                await writer.drain()
        elif payload == b"fragments":
            writer.write(frame(0x01, b"a" * 100_000) + frame(0x00, "é".encode() * 50_000) + frame(0x80, b"c" * 100_000))
        else:
            writer.write(frame(0x81, payload))
        await writer.drain()


async def serve(reader, writer):
    path = "?"
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        path = lines[0].split()[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        if path.startswith("/last"):
            text = str(last_close.get(path[5:], "none")).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
            return
        if path.startswith("/status/"):
            writer.write(f"HTTP/1.1 {path[8:]} x\r\nContent-Length: 0\r\n\r\n".encode())
            return
        if path == "/auth?x=1":
            expected = "Basic " + base64.b64encode("user:pä ss".encode()).decode()
            if headers.get("authorization") != expected or headers.get("x-test") != "yes":
                writer.write(b"HTTP/1.1 401 x\r\n\r\n")
                return
        if path == "/garbage":
            writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
            return
        if path == "/long-head":
            writer.write(b"HTTP/1.1 101 x\r\n" + b"A: b\r\n" * 5000)
            await reader.read()
            return
        if path == "/no-answer":
            return
        if path == "/mute":
            await reader.read()
            return
        upgrade = answer_to(headers, path)
        if path == "/byte-by-byte":
            for byte in upgrade + frame(0x81, "é!".encode()):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.001)
        else:
            writer.write(upgrade + PUSHED.get(path, b""))
        await writer.drain()
        if path == "/end":
            return
        if path == "/silent":
            await asyncio.sleep(60)
        if path == "/ping-flood":
            while True:
                writer.write(frame(0x89, b"z" * 125) * 500)
                await writer.drain()
        await talk(path, reader, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def proxy(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
    if method != "CONNECT":
        writer.write(b"HTTP/1.1 400 no\r\n\r\n")
        writer.close()
        return
    host, port = target.rsplit(":", 1)
    far_reader, far_writer = await asyncio.open_connection(host, int(port))
    writer.write(b"HTTP/1.1 200 ok\r\n\r\n")
    await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def until_stdin_ends():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(4096):
        pass


async def main():
    context = None
    if "--tls" in sys.argv:
        place = sys.argv.index("--tls")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[place + 1], sys.argv[place + 2])
        context.set_alpn_protocols(["h2", "http/1.1"])
    handler = proxy if "--proxy" in sys.argv else serve
    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await until_stdin_ends()
    os._exit(0)  # at once, without a word about handlers that still wait


asyncio.run(main())
