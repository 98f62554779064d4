# prints NUL, lone surrogates, marks that turn the text around, and bytes that are no text
import asyncio


import os
import sys
sys.stdout.reconfigure(errors="surrogatepass")
print("\0\ud800\udfff \u202e\u2066 evil \ufeff\u200b \x85\u2028 x")
os.write(1, b"\xff\xfe\x00 not text\n")


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
