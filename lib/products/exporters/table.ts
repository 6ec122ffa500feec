import { CLOUD_EXPORTERS } from './cloud.ts'
import { type Exporter, row } from './row.ts'

/** A label of several names is written with bars between them: the first that a series has counts. HAProxy's own exporter (2.0 and later): `proxy` is the backend. */
const inPool = { pool: 'proxy' }
const onServer = { pool: 'proxy', server: 'server' }
/** The older haproxy_exporter. */
const inBackend = { pool: 'backend' }
const onBackendServer = { pool: 'backend', server: 'server' }
const onUpstream = { pool: 'upstream', server: 'backend' }
const inCluster = { pool: 'envoy_cluster_name|cluster_name' }
/** Micrometer says `cache` or `name`, by its version. */
const byCache = { cache: 'cache|name' }
/** What tells caches of one name apart: Spring's cache managers. */
export const CACHE_MANAGER = ['cache_manager', 'cacheManager'] as const

/**
 * What the usual exporters' series are in the canonical vocabulary. Several rows may lead to one series: they are added up (a database
 * each, a code each). What stands nowhere here can be mapped in the configuration (`mappings`).
 */
export const EXPORTERS: Record<string, Exporter> = {
  redis_exporter: {
    signs: ['redis_up'],
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
      row('redis_net_output_bytes_total', 'cache_reply_bytes_total'),
      row('redis_errors_total', 'cache_auth_failures_total', {}, { err: 'WRONGPASS' }),
      row('redis_errors_total', 'cache_auth_failures_total', {}, { err: 'NOAUTH' }),
    ],
  },
  haproxy: {
    // Before 2.4 it tells no version.
    signs: ['haproxy_process_build_info', 'haproxy_process_nbthread'],
    rows: [
      row('haproxy_server_sessions_total', 'pool_requests_total', onServer),
      row('haproxy_backend_http_requests_total', 'pool_requests_total', inPool),
      row('haproxy_server_http_responses_total', 'pool_errors_total', onServer, { code: '5xx' }),
      row('haproxy_server_connection_errors_total', 'pool_errors_total', onServer),
      row('haproxy_server_response_errors_total', 'pool_errors_total', onServer),
      row('haproxy_backend_http_responses_total', 'pool_errors_total', inPool, { code: '5xx' }),
      row('haproxy_server_retry_warnings_total', 'pool_retries_total', onServer),
      row('haproxy_backend_retry_warnings_total', 'pool_retries_total', inPool),
      row('haproxy_backend_requests_denied_total', 'pool_shed_total', inPool),
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
      row('haproxy_server_check_failures_total', 'pool_checks_failed_total', onServer),
    ],
  },
  haproxy_exporter: {
    signs: ['haproxy_exporter_build_info', 'haproxy_up'],
    up: 'haproxy_up',
    limits:
      'haproxy_exporter says 0 of every server that is not UP, in maintenance or drained too, and tells of one process where HAProxy has several (`nbproc`)',
    rows: [
      row('haproxy_server_sessions_total', 'pool_requests_total', onBackendServer),
      row('haproxy_backend_sessions_total', 'pool_requests_total', inBackend),
      // Up to 0.8.
      row('haproxy_server_connections_total', 'pool_requests_total', onBackendServer),
      row('haproxy_backend_connections_total', 'pool_requests_total', inBackend),
      row('haproxy_server_connection_errors_total', 'pool_errors_total', onBackendServer),
      row('haproxy_server_response_errors_total', 'pool_errors_total', onBackendServer),
      row('haproxy_server_retry_warnings_total', 'pool_retries_total', onBackendServer),
      row('haproxy_backend_retry_warnings_total', 'pool_retries_total', inBackend),
      row('haproxy_server_limit_sessions', 'pool_sessions_max', onBackendServer),
      row('haproxy_backend_current_sessions', 'pool_sessions', inBackend),
      row('haproxy_backend_current_queue', 'pool_queue', inBackend),
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
  envoy: {
    signs: ['envoy_server_live', 'envoy_server_uptime'],
    poolsAlone: true,
    limits: 'Envoy reports clusters to Prometheus, not their hosts: watch its admin page (`kind: envoy`) for those',
    rows: [
      row('envoy_cluster_upstream_rq_total', 'pool_requests_total', inCluster),
      row('envoy_cluster_upstream_rq_xx', 'pool_errors_total', inCluster, { envoy_response_code_class: '5' }),
      row('envoy_cluster_upstream_rq_retry', 'pool_retries_total', inCluster),
      row('envoy_cluster_upstream_rq_pending_overflow', 'pool_shed_total', inCluster),
      row('envoy_cluster_upstream_rq_active', 'pool_sessions', inCluster),
      row('envoy_cluster_upstream_rq_pending_active', 'pool_queue', inCluster),
    ],
  },
  memcached_exporter: {
    signs: ['memcached_up'],
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
    signs: ['nginx_vts_info'],
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
  varnish_exporter: {
    signs: ['varnish_up'],
    up: 'varnish_up',
    role: 'cache',
    limits: 'its storages, backends and directors: watch it as `kind: varnish`, with `exporter` and `admin`',
    rows: [
      row('varnish_main_cache_hit', 'cache_hits_total'),
      row('varnish_main_cache_miss', 'cache_misses_total'),
      row('varnish_main_n_lru_nuked', 'cache_evictions_total'),
      row('varnish_main_n_expired', 'cache_expirations_total'),
      row('varnish_main_n_object', 'cache_items'),
      row('varnish_main_uptime', 'cache_uptime_seconds'),
      row('varnish_main_sessions', 'cache_connections_rejected_total', {}, { type: 'dropped' }),
    ],
  },
  squid_exporter: {
    signs: ['squid_up'],
    up: 'squid_up',
    role: 'cache',
    limits:
      'a miss is a request that Squid sent on: one that revalidates counts there, and as a hit where the answer was unchanged. Memory and evictions are not told',
    rows: [
      row('squid_client_http_hits_total', 'cache_hits_total'),
      row('squid_server_all_requests_total', 'cache_misses_total'),
      row('squid_client_http_kbytes_out_kbytes_total', 'cache_reply_bytes_total', {}, {}, 1_024),
      row('squid_info_StoreEntries', 'cache_items'),
      row('squid_info_UP_Time', 'cache_uptime_seconds'),
    ],
  },
  trafficserver_exporter: {
    signs: ['trafficserver_scrape_duration_seconds'],
    role: 'cache',
    // Each scrape is itself a request that cannot be cached.
    limits:
      'what cannot be cached is neither hit nor miss; its sizes are those of the disk; evictions are not told: its store is overwritten in a circle',
    rows: [
      ...['fresh', 'revalidated'].map((state) => row('trafficserver_transaction_hits_total', 'cache_hits_total', {}, { state })),
      ...['cold', 'changed'].map((state) => row('trafficserver_transaction_misses_total', 'cache_misses_total', {}, { state })),
      row('trafficserver_cache_used_bytes_total', 'cache_memory_used_bytes'),
      row('trafficserver_cache_avail_size_bytes_total', 'cache_memory_max_bytes'),
      row('trafficserver_cache_used_direntries', 'cache_items'),
      row('trafficserver_response_size_bytes_total', 'cache_reply_bytes_total', {}, { source: 'user_agent' }),
    ],
  },
  // 0 while it starts, 1 backup, 2 master, 3 fault.
  keepalived_exporter: {
    signs: ['keepalived_up'],
    up: 'keepalived_up',
    rows: [row('keepalived_vrrp_state', 'vrrp_state', { vrrp: 'iname', vrid: 'vrid', address: 'ip_address' })],
  },
  micrometer: {
    signs: ['cache_gets_total'],
    role: 'cache',
    rows: [
      row('cache_gets_total', 'cache_hits_total', byCache, { result: 'hit' }),
      row('cache_gets_total', 'cache_misses_total', byCache, { result: 'miss' }),
      row('cache_puts_total', 'cache_writes_total', byCache),
      row('cache_evictions_total', 'cache_evictions_total', byCache),
      row('cache_size', 'cache_items', byCache),
    ],
  },
  ...CLOUD_EXPORTERS,
}

/** The metrics of the canonical vocabulary that the table can lead to. */
export const EMITTED: readonly string[] = [
  ...new Set([
    ...Object.values(EXPORTERS).flatMap(({ rows, distributions = [] }) =>
      [...rows.map(({ to }) => to), ...distributions.flatMap(({ mean, quantiles = {} }) => [mean, ...Object.keys(quantiles)])].filter(
        (to) => /^(cache|pool|vrrp)_/.test(to),
      ),
    ),
    'pool_up',
  ]),
]
