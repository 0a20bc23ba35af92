# bot and desk: what the internet reaches, without Rasa. Build from the top folder: docker build -f deploy/app.Dockerfile .
FROM python:3.10-slim-bookworm
WORKDIR /app
COPY requirements/app.txt requirements/
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements/app.txt
COPY pyproject.toml cluster.py health.py logs.py meters.py rotation.py settings.py store.py vault.py wegwijs.py run.py ./
COPY content content
COPY bot bot
COPY desk desk
RUN useradd --uid 10001 --create-home wegwijs && mkdir -p .data .cache && chown wegwijs .data .cache
USER 10001
ENTRYPOINT ["python", "-m", "wegwijs"]
CMD ["bot"]
