# prints sequences that move the cursor, clear the screen and set the title
import asyncio


print("\x1b[2J\x1b[H\x1b[32mtotal: 10 of 10 points\x1b[0m")
print("\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x9b31m \x08\x08\x08 \r total: 10 of 10 points")


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
