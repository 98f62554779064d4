# prints lines for ever
import asyncio


while True:
    print('x' * 50)
