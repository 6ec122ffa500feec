import { spawnSync } from 'node:child_process'
import { findProgram } from './daemon.ts'
import { type HaproxyServer, startHaproxy } from './servers.ts'

/** Whether HAProxy has its own exporter, which is an option of its build (`USE_PROMEX`). */
export const hasPromex =
  spawnSync(findProgram('haproxy') ?? 'haproxy', ['-vv'], { encoding: 'utf8' }).stdout?.includes('prometheus-exporter') === true

/** A HAProxy that shows its metrics at `/metrics` of its first port: a pool of two servers, the second of them disabled. */
export const startPromex = (): Promise<HaproxyServer> =>
  startHaproxy({
    cfg: ([port]) => `defaults
  mode http
  timeout client 5s
  timeout connect 5s
  timeout server 5s
frontend metrics
  bind 127.0.0.1:${port}
  http-request use-service prometheus-exporter if { path /metrics }
  default_backend app
backend app
  server a 127.0.0.1:1 weight 10
  server b 127.0.0.1:2 weight 30 disabled`,
  })
