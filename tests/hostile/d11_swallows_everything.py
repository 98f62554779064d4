# catches whatever would end it
import asyncio


async def main():
    while True:
        try:
            await asyncio.sleep(1)
        except BaseException:
            pass
func1 = func2 = func3 = main


while True:
    try:
        asyncio.run(asyncio.wait_for(main(), 5))
    except BaseException:
        pass
