# pytest.exit in the program
import asyncio


import pytest

pytest.exit('', returncode=0)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
