# syntax=docker/dockerfile:1
# The gateway. Node runs its TypeScript as it is; the pages for people are built, by tools that stay behind.

FROM node:26-bookworm-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --ignore-scripts && rm -rf node_modules/node node_modules/node-bin-* node_modules/.bin/node
COPY src src
COPY web web
RUN npm run build:web

FROM node:26-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image is Node already: the copy that npm brings along for other machines stays out. It is the
# one dependency with an install script, so none is run.
RUN npm ci --omit=dev --ignore-scripts \
 && rm -rf node_modules/node node_modules/node-bin-* node_modules/.bin/node

FROM node:26-bookworm-slim
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY src src
COPY prompts prompts
COPY --from=pages /app/web/dist web/dist
# Journal and keys: a volume, for the node's user alone.
RUN install -d -o node -g node -m 700 /data
ENV RINGBRO_DATA_DIR=/data
VOLUME /data
USER node
# 503 while the database, LiveKit or the SIP engine is away: traffic should wait, the process should not restart.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.RINGBRO_HTTP_PORT || 8080}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM drains: give it longer than RINGBRO_DRAIN_S (20 s) before killing it.
STOPSIGNAL SIGTERM
CMD ["node", "src/main.ts"]
