"""A hostile HTTP/1.1 server on 127.0.0.1 for the transport's tests.

Usage: http_server.py [--tls CERT KEY] [--proxy]
Prints its port, serves until stdin ends. With --proxy it is a forward and CONNECT proxy instead.
"""

import asyncio
import gzip
import json
import os
import socket
import ssl
import struct
import sys

connections = 0


def answer(status, body=b"", headers=()):
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reset(writer):
    """Close with RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = [line.split(":", 1) for line in lines[1:] if ":" in line]
    headers = [(name.lower(), value.strip()) for name, value in headers]
    body = await reader.readexactly(int(dict(headers).get("content-length", "0")))
    return method, target, headers, body


async def serve(reader, writer):
    global connections
    connections += 1
    number = connections
    served = 0
    try:
        while True:
            method, target, headers, body = await read_request(reader)
            served += 1
            name, _, argument = target.lstrip("/").partition("/")
            if name == "echo":
                report = {"method": method, "target": target, "headers": headers, "body": body.hex(),
                          "connection": number}
                writer.write(answer(200, json.dumps(report).encode(), ["X-Test: one", "x-empty:"]))
            elif name == "status":
                writer.write(answer(int(argument), b"refused", ["Retry-After: 7", "Location: /echo"]))
            elif name == "mute":
                await asyncio.sleep(60)
            elif name == "reset":
                reset(writer)
                return
            elif name == "reset-once":  # the second request of a connection finds it dead
                if served > 1:
                    reset(writer)
                    return
                writer.write(answer(200, str(number).encode()))
            elif name == "half":
                writer.write(b"HTTP/1.1 200 x\r\nContent-Length: 100\r\n\r\nonly this")
                await writer.drain()
                await asyncio.sleep(0.05)
                reset(writer)
                return
            elif name == "announce":  # a length that never comes
                writer.write(f"HTTP/1.1 200 x\r\nContent-Length: {argument}\r\n\r\nonly this".encode())
                await writer.drain()
                return
            elif name == "close":
                return
            elif name == "garbage":
                writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            elif name == "size":
                writer.write(answer(200, b"x" * int(argument)))
            elif name == "chunked":
                writer.write(b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in range(int(argument)):
                    writer.write(b"400\r\n" + b"y" * 1024 + b"\r\n")
                    await writer.drain()
                writer.write(b"0\r\n\r\n")
            elif name == "bomb":  # megabytes of zeros, a thousandth of them on the wire
                packed = gzip.compress(bytes(int(argument) << 20), 9)
                writer.write(answer(200, packed, ["Content-Encoding: gzip"]))
            elif name == "gzip":
                writer.write(answer(200, gzip.compress(b"unpacked"), ["Content-Encoding: gzip"]))
            elif name == "badgzip":
                writer.write(answer(200, b"no gzip at all", ["Content-Encoding: gzip"]))
            elif name == "longhead":
                writer.write(b"HTTP/1.1 200 x\r\n")
                for _ in range(100_000):
                    writer.write(b"X-Padding: " + b"z" * 80 + b"\r\n")
                    await writer.drain()
                writer.write(b"Content-Length: 0\r\n\r\n")
            elif name == "drip":  # a byte now and then: alive, but never done
                writer.write(b"HTTP/1.1 200 x\r\nContent-Length: 1000000\r\n\r\n")
                while True:
                    writer.write(b".")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            elif name == "early":  # an informational head before the real one
                writer.write(b"HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n" + answer(200, b"real"))
            else:
                writer.write(answer(404))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def proxy(reader, writer):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target, _ = head.split("\r\n")[0].split(" ")
        if method != "CONNECT":
            writer.write(answer(200, f"proxied {method} {target}".encode()))
            return
        host, port = target.rsplit(":", 1)
        if host != "127.0.0.1" and host != "localhost":
            writer.write(answer(403))
            return
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 ok\r\nX-Proxy: yes\r\n\r\n")
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


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
