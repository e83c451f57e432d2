FROM python:3.12-slim AS build
COPY . /source
RUN python -m venv /opt/xent \
    && /opt/xent/bin/pip install --no-cache-dir --constraint /source/.ci/constraints.txt /source

FROM python:3.12-slim
COPY --from=build /opt/xent /opt/xent
ENV PATH=/opt/xent/bin:$PATH PYTHONDONTWRITEBYTECODE=1
RUN useradd --create-home xent
USER xent
WORKDIR /data
ENTRYPOINT ["xent"]
