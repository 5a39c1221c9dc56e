# syntax=docker/dockerfile:1

# Only the gateway: production dependencies and compiled code, run without root.
#   docker build -t gong-crm-graphql --build-arg REVISION=$(git rev-parse HEAD) .
# To try it without Gong; everybody on this machine may call:
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:4000:4000 -e GONG_EMULATOR=true -e AUTH_MODE=none -e AUTH_NONE_CONFIRMED=true gong-crm-graphql
# With Gong: copy .env.example to .env, and set Gong's address, its credentials, and who may call (AUTH_MODE).
#   docker run --read-only --tmpfs /tmp -v gateway-data:/data -e DATA_DIR=/data -p 4000:4000 --env-file .env gong-crm-graphql

# The current LTS of Node.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY client client
COPY console console
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
# The commit, for /health and metrics, because .git is not copied.
ARG REVISION=unknown
RUN REVISION=$REVISION npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM ${NODE_IMAGE}
# HOST: inside a container, 127.0.0.1 cannot be reached from outside.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
WORKDIR /app
# Owned by root, so the process cannot change its own code.
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
# For DATA_DIR: a volume that is mounted here belongs to the user, too.
RUN install -d -o node -g node -m 700 /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "dist/main.js"]
