# One image for both services of docker-compose.yml: the controller, and the Asterisk that it drives. Asterisk comes the
# same way as on a bare machine, by asterisk/install.sh: the distribution's packages, nothing compiled.
FROM python:3.12-slim AS asterisk
COPY asterisk/install.sh asterisk/apt.sh asterisk/documentation.awk /build/asterisk/
RUN HOTLINE_ASTERISK_ROOT=/opt/asterisk /build/asterisk/install.sh

FROM python:3.12-slim
# espeak-ng is the voice that is always there; tzdata, because opening hours are local; libgomp1 is LightGBM's
RUN apt-get update \
    && apt-get install -y --no-install-recommends espeak-ng libgomp1 tzdata \
    && rm -rf /var/lib/apt/lists/*
COPY --from=asterisk /opt/asterisk /opt/asterisk
ENV HOTLINE_ASTERISK_ROOT=/opt/asterisk \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
# First what rarely changes: dependencies stay cached while the code is worked on.
WORKDIR /opt/hotline
COPY requirements-image.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-image.lock
COPY . .
# Editable: templates, dialplans and prompts are found beside the code.
# Compiled here: later nothing is written beside the code, and each start would compile it anew.
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && python -m compileall -q acd bench calls complaints control dialer dsl hotline ivr phones reporting sim speech switch understanding \
    && useradd --system --uid 10001 --home-dir /site --shell /usr/sbin/nologin hotline \
    && install -d -o hotline -g hotline -m 0750 /site
USER hotline
VOLUME /site
CMD ["hotline", "serve", "--site", "/site"]
