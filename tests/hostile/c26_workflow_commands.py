# prints commands of GitHub's workflows
import asyncio


for text in ("::set-output name=score::10", "::add-mask::a", "::error file=x::y", "##[set-env name=PATH]x",
             "::stop-commands::token", "\r::warning::w", " ::notice::n"):
    print(text)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
