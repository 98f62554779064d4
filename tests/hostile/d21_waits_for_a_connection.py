# waits for a connection that nobody makes
import asyncio


import socket


server = socket.create_server(('127.0.0.1', 0))
server.accept()


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
