# prints markup of every kind
import asyncio


print("]]><script>alert(1)</script><![CDATA[ &amp; ``` </testcase><testcase name='x'/> | a | b | [x](y) <!-- ")


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
