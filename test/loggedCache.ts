import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { ReferenceReporter } from '../client/index.ts'
import { freePort } from './daemon.ts'
import { startHaproxy, startNginx, startRedis } from './servers.ts'

const FORMAT = `log_format refs escape=json '{"t":$msec,"m":"$request_method","st":$status,"b":$body_bytes_sent,"u":"$upstream_addr","up":"$proxy_host","ttl":"$upstream_http_x_ttl","cache_key":"$cache_key"}';
map $uri $cache_key { ~^/product/(?<id>\\d+)$ product:$id; default ""; }`
export const TTL_S = 120

/** A read-through application over HTTP before a real redis-server: HAProxy, then NGINX, each with a log that has the cache's key. */
export async function startLoggedCache({ redis, reporter }: { redis: string[]; reporter?: ReferenceReporter }) {
  const cache = await startRedis({ config: redis })
  const client = new Redis(cache.about.url)
  const value = 'x'.repeat(500)
  const app = createServer(async (request, response) => {
    const id = /^\/product\/(\d+)$/.exec(request.url!)?.[1]
    if (id === undefined) return void response.writeHead(request.url === '/missing' ? 404 : 200).end('no key')
    const key = `product:${id}`
    reporter?.get(key)
    const found = await client.get(key)
    if (found === null) {
      reporter?.set(key, value.length, TTL_S * 1_000)
      await client.set(key, value, 'EX', TTL_S)
    }
    response.writeHead(200, { 'x-ttl': TTL_S, 'content-length': value.length }).end(found ?? value)
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const { port } = app.address() as AddressInfo
  const [nginxLog, haproxyLog] = [await freePort(), await freePort()]
  const nginx = await startNginx({
    http: `${FORMAT}\nupstream app { server 127.0.0.1:${port} max_fails=0; keepalive 32; }`,
    server: `keepalive_requests 1000000; location / {
      access_log access.log refs; access_log syslog:server=127.0.0.1:${nginxLog},tag=ngx,nohostname refs;
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://app; }`,
  })
  const haproxy = await startHaproxy({
    cfg: ([front]) => `defaults
  mode http
  log 127.0.0.1:${haproxyLog} len 8192 local0
  timeout client 10s
  timeout connect 5s
  timeout server 10s
frontend shop
  bind 127.0.0.1:${front}
  http-request set-var(txn.key) path,regsub(^/product/,product:) if { path_beg /product/ }
  http-response set-var(txn.ttl) res.hdr(x-ttl)
  http-response set-var(txn.size) res.hdr(content-length)
  log-format '{"t":"%[date(0,ms)]","m":"%HM","st":"%ST","size":"%[var(txn.size)]","be":"%b","ttl":"%[var(txn.ttl)]","key":"%[var(txn.key),json(utf8s)]"}'
  default_backend web
backend web
  server nginx 127.0.0.1:${nginx.about.port}`,
  })
  return {
    cache,
    nginx,
    haproxy,
    url: `http://127.0.0.1:${haproxy.about.ports[0]}`,
    logs: {
      nginxFile: join(nginx.dir, 'access.log'),
      nginx: `syslog://127.0.0.1:${nginxLog}`,
      haproxy: `syslog://127.0.0.1:${haproxyLog}`,
    },
    async [Symbol.asyncDispose]() {
      app.close()
      app.closeAllConnections()
      client.disconnect()
      for (const server of [haproxy, nginx, cache]) await server[Symbol.asyncDispose]()
    },
  }
}
