# nothing but comments
# TODO
