/** The defaults of a configuration: HTTP on loopback, where nothing is far. */
export const HAPROXY_DEFAULTS = `defaults
  mode http
  timeout client 5s
  timeout connect 1s
  timeout server 5s
`

/** A configuration of the frontend `web`, on the first of the ports that it is given, and its backend `app` with the lines `backend`. */
export const webToApp =
  (...backend: string[]) =>
  ([port]: number[]) =>
    `${HAPROXY_DEFAULTS}frontend web
  bind 127.0.0.1:${port}
  default_backend app
backend app
${backend.map((line) => `  ${line}\n`).join('')}`
