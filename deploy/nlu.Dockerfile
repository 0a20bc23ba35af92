# Rasa and the action server, for an inner network only. The model is trained when the image is built.
FROM python:3.10-slim-bookworm
WORKDIR /app
COPY requirements/all.txt requirements/
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements/all.txt
COPY pyproject.toml config.yml domain.yml endpoints.yml cluster.py health.py logs.py meters.py rotation.py settings.py store.py vault.py wegwijs.py run.py ./
COPY content content
COPY nlu nlu
COPY actions actions
COPY desk desk
RUN python -m wegwijs train
RUN useradd --uid 10001 --create-home wegwijs && mkdir -p .data .cache && chown -R wegwijs .data .cache models
USER 10001
ENTRYPOINT ["python", "-m", "wegwijs"]
CMD ["rasa"]
