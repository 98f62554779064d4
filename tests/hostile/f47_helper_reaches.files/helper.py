import sys

FRAME = sys._getframe()
