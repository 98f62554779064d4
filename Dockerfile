# Grades one program or a class: docker run --rm -v "$PWD:/work" IMAGE class submissions.zip --graders graders
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap git && rm -rf /var/lib/apt/lists/*
COPY pyproject.toml README.md CHANGELOG.md LICENSE /src/
COPY pytest_asyncgrade /src/pytest_asyncgrade
RUN python -m pip install --no-cache-dir "/src[class,dask]"
WORKDIR /work
ENTRYPOINT ["asyncgrade"]
