# pytest.xfail in the program
import asyncio


import pytest

pytest.xfail('')


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
