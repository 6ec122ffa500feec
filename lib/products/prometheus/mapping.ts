import type { Mapping } from './config.ts'

export type Exporter = {
  /** As the page names it. */
  title: string
  /** A series that only this exporter has, one for each server: how servers are found. */
  sign: string
  /** 0 when the exporter answers but its server does not. */
  up?: string
  role?: 'cache'
  rows: Mapping[]
}

const row = (from: string, to: string, labels?: Record<string, string>, where?: Record<string, string>): Mapping => ({
  from,
  to,
  ...(labels ? { labels } : {}),
  ...(where ? { where } : {}),
})

/** HAProxy's own exporter (2.0 and later): `proxy` is the backend. */
const inPool = { pool: 'proxy' }
const onServer = { pool: 'proxy', server: 'server' }
/** The older haproxy_exporter. */
const inBackend = { pool: 'backend' }
const onBackendServer = { pool: 'backend', server: 'server' }
const onUpstream = { pool: 'upstream', server: 'backend' }
const byCache = { cache: 'cache' }

/**
 * What the usual exporters' series are in the canonical vocabulary. Several rows may lead to one series: they are added up (a database
 * each, a code each). What stands nowhere here can be mapped in the configuration (`mappings`).
 */
export const EXPORTERS: Record<string, Exporter> = {
  redis_exporter: {
    title: 'Redis through Prometheus',
    sign: 'redis_up',
    up: 'redis_up',
    role: 'cache',
    rows: [
      row('redis_keyspace_hits_total', 'cache_hits_total'),
      row('redis_keyspace_misses_total', 'cache_misses_total'),
      row('redis_evicted_keys_total', 'cache_evictions_total'),
      row('redis_expired_keys_total', 'cache_expirations_total'),
      row('redis_memory_used_bytes', 'cache_memory_used_bytes'),
      row('redis_memory_max_bytes', 'cache_memory_max_bytes'),
      row('redis_db_keys', 'cache_items'),
      row('redis_db_keys_expiring', 'cache_items_expiring'),
      row('redis_commands_total', 'cache_commands_total', { command: 'cmd' }),
      row('redis_commands_duration_seconds_total', 'cache_command_seconds_total', { command: 'cmd' }),
      row('redis_commands_total', 'cache_writes_total', {}, { cmd: 'set' }),
      row('redis_uptime_in_seconds', 'cache_uptime_seconds'),
      row('redis_connected_clients', 'cache_connections'),
      row('redis_config_maxclients', 'cache_connections_max'),
      row('redis_rejected_connections_total', 'cache_connections_rejected_total'),
    ],
  },
  haproxy: {
    title: 'HAProxy through Prometheus',
    sign: 'haproxy_process_build_info',
    rows: [
      row('haproxy_server_sessions_total', 'pool_requests_total', onServer),
      row('haproxy_backend_http_requests_total', 'pool_requests_total', inPool),
      row('haproxy_server_http_responses_total', 'pool_errors_total', onServer, { code: '5xx' }),
      row('haproxy_server_connection_errors_total', 'pool_errors_total', onServer),
      row('haproxy_server_response_errors_total', 'pool_errors_total', onServer),
      row('haproxy_backend_http_responses_total', 'pool_errors_total', inPool, { code: '5xx' }),
      row('haproxy_server_retry_warnings_total', 'pool_retries_total', onServer),
      row('haproxy_backend_retry_warnings_total', 'pool_retries_total', inPool),
      row('haproxy_server_current_sessions', 'pool_sessions', onServer),
      row('haproxy_backend_current_sessions', 'pool_sessions', inPool),
      row('haproxy_server_limit_sessions', 'pool_sessions_max', onServer),
      row('haproxy_server_current_queue', 'pool_queue', onServer),
      row('haproxy_backend_current_queue', 'pool_queue', inPool),
      row('haproxy_server_response_time_average_seconds', 'pool_response_seconds', onServer),
      row('haproxy_backend_response_time_average_seconds', 'pool_response_seconds', inPool),
      row('haproxy_server_connect_time_average_seconds', 'pool_connect_seconds', onServer),
      row('haproxy_backend_connect_time_average_seconds', 'pool_connect_seconds', inPool),
      row('haproxy_server_uweight', 'pool_weight_set', onServer),
      row('haproxy_server_weight', 'pool_weight_effective', onServer),
      row('haproxy_server_status', 'pool_up', onServer, { state: 'UP' }),
      row('haproxy_server_check_failures_total', 'pool_checks_failed_total', onServer),
    ],
  },
  haproxy_exporter: {
    title: 'HAProxy through Prometheus',
    sign: 'haproxy_exporter_build_info',
    up: 'haproxy_up',
    rows: [
      row('haproxy_server_sessions_total', 'pool_requests_total', onBackendServer),
      row('haproxy_backend_sessions_total', 'pool_requests_total', inBackend),
      row('haproxy_server_http_responses_total', 'pool_errors_total', onBackendServer, { code: '5xx' }),
      row('haproxy_backend_http_responses_total', 'pool_errors_total', inBackend, { code: '5xx' }),
      row('haproxy_server_current_sessions', 'pool_sessions', onBackendServer),
      row('haproxy_server_current_queue', 'pool_queue', onBackendServer),
      row('haproxy_server_http_response_time_average_seconds', 'pool_response_seconds', onBackendServer),
      row('haproxy_backend_http_response_time_average_seconds', 'pool_response_seconds', inBackend),
      row('haproxy_server_weight', 'pool_weight_effective', onBackendServer),
      row('haproxy_server_up', 'pool_up', onBackendServer),
      row('haproxy_server_check_failures_total', 'pool_checks_failed_total', onBackendServer),
    ],
  },
  memcached_exporter: {
    title: 'memcached through Prometheus',
    sign: 'memcached_up',
    up: 'memcached_up',
    role: 'cache',
    rows: [
      row('memcached_commands_total', 'cache_hits_total', {}, { command: 'get', status: 'hit' }),
      row('memcached_commands_total', 'cache_misses_total', {}, { command: 'get', status: 'miss' }),
      row('memcached_commands_total', 'cache_writes_total', {}, { command: 'set', status: 'hit' }),
      row('memcached_items_evicted_total', 'cache_evictions_total'),
      row('memcached_current_bytes', 'cache_memory_used_bytes'),
      row('memcached_limit_bytes', 'cache_memory_max_bytes'),
      row('memcached_current_items', 'cache_items'),
      row('memcached_uptime_seconds', 'cache_uptime_seconds'),
      row('memcached_current_connections', 'cache_connections'),
      row('memcached_max_connections', 'cache_connections_max'),
    ],
  },
  nginx_vts: {
    title: 'NGINX through Prometheus',
    sign: 'nginx_vts_info',
    rows: [
      ...['1xx', '2xx', '3xx', '4xx', '5xx'].map((code) =>
        row('nginx_vts_upstream_requests_total', 'pool_requests_total', onUpstream, { code }),
      ),
      row('nginx_vts_upstream_requests_total', 'pool_errors_total', onUpstream, { code: '5xx' }),
      row('nginx_vts_upstream_response_seconds', 'pool_response_seconds', onUpstream),
      row('nginx_vts_server_cache_total', 'cache_hits_total', { cache: 'host' }, { status: 'hit' }),
      row('nginx_vts_server_cache_total', 'cache_misses_total', { cache: 'host' }, { status: 'miss' }),
    ],
  },
  micrometer: {
    title: 'An application’s caches through Prometheus',
    sign: 'cache_gets_total',
    role: 'cache',
    rows: [
      row('cache_gets_total', 'cache_hits_total', byCache, { result: 'hit' }),
      row('cache_gets_total', 'cache_misses_total', byCache, { result: 'miss' }),
      row('cache_puts_total', 'cache_writes_total', byCache),
      row('cache_evictions_total', 'cache_evictions_total', byCache),
      row('cache_size', 'cache_items', byCache),
    ],
  },
}
