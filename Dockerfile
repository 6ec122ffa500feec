# Evenkeel in a container. The data directory is a volume; the configuration is mounted.
# Put `listen: 0.0.0.0:3000`, `data: /data` and a login (`auth: { mode: local }`) into it: off loopback there is no start without one.
#   docker build -t evenkeel . && docker run -p 3000:3000 -v ./evenkeel.yaml:/etc/evenkeel/evenkeel.yaml:ro -v evenkeel-data:/data evenkeel
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
ENV NEXT_TELEMETRY_DISABLED=1
RUN node -e "import('./scripts/boot/build.mjs').then(({ ensureBuild }) => ensureBuild())"

FROM node:24-bookworm-slim
WORKDIR /app
# The engine flushes its store on SIGTERM: Next's own handler would exit before that. Where it listens stands in the configuration alone
# (`listen`): scripts/image/serve.ts binds that, and the server refuses to be bound elsewhere.
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 NEXT_MANUAL_SIG_HANDLE=true MALLOC_ARENA_MAX=1 \
    EVENKEEL_IMAGE=1 EVENKEEL_CONFIG=/etc/evenkeel/evenkeel.yaml
COPY --from=build --chown=node:node /src/.next/standalone ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "scripts/image/health.ts"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=16", "scripts/image/serve.ts"]
