/** What of a product Evenkeel was run against: README's table and the product's page say it from here. */
type RunAgainst = {
  /** Each run of the live tests starts these: Debian 12's. */
  live: string[]
  /** The live tests passed with these, built from source. */
  also: string[]
  /** Recorded and written answers alone, played in tests. */
  played: string[]
}

/** By product. */
export const RUN_AGAINST: Record<string, RunAgainst> = {
  redis: {
    live: ['Redis 7.0.15'],
    also: ['Redis 8.9 (development)', 'Valkey 9.1.0'],
    played: ['KeyDB 6.3', 'Dragonfly', 'managed services'],
  },
  memcached: { live: ['1.6.18'], also: ['1.6.45'], played: ['1.4'] },
  haproxy: { live: ['2.6.12'], also: ['3.4.0'], played: ['2.8'] },
  nginx: { live: ['1.22.1'], also: ['1.31.4', 'VTS 0.2.7'], played: ['VTS from 0.1.15', 'Tengine'] },
  envoy: { live: [], also: [], played: ['a stand-in that answers as its documentation and sources say'] },
  twemproxy: { live: ['0.5'], also: [], played: ['0.2', '0.4'] },
  prometheus: {
    live: ['2.42', 'VictoriaMetrics 1.79', 'redis_exporter 1.45', 'haproxy_exporter 0.14'],
    also: [],
    played: ['other exporters', "pages of a cloud's exporters, written by their sources, scraped by a real Prometheus"],
  },
  kubernetes: { live: [], also: [], played: ['a stand-in that answers as its documentation and sources say'] },
  scrape: {
    live: [
      'prom-client 15.1',
      'redis_exporter 1.45',
      "HAProxy 2.6.12's own page",
      'Squid 5.7 by squid-exporter 1.10',
      'Apache Traffic Server 9.2 by trafficserver_exporter 0.3',
    ],
    also: [],
    played: [
      'Micrometer',
      'a page of keepalived_exporter (February 2023), kept from a run beside keepalived 2.2.7',
      'other exporters',
      "pages of a cloud's exporters, written by their sources",
    ],
  },
  dns: { live: [], also: [], played: ['a name server of the tests (RFC 1035)'] },
  varnish: { live: ['7.1.1', 'prometheus_varnish_exporter 1.6.1'], also: [], played: ['counters as before 6.5', 'addresses as from 8.0'] },
  cloudflare: { live: [], also: [], played: ['a stand-in that speaks the API as Cloudflare publishes it'] },
  aws: { live: [], also: [], played: ['a stand-in that speaks the protocols as AWS publishes them'] },
}

/** A sentence each, for the product's page. */
export function versionSentences(kind: string): string[] {
  const { live, also, played } = RUN_AGAINST[kind] ?? { live: [], also: [], played: [] }
  return [
    live.length > 0
      ? `Live tests run against ${live.join(', ')} (Debian 12).`
      : 'No running server was at hand: no live test runs against one.',
    ...(also.length > 0 ? [`They were also run against ${also.join(', ')}, built from source.`] : []),
    ...(played.length > 0 ? [`Read in recorded or written answers alone: ${played.join(', ')}.`] : []),
  ]
}

/** The cell of README's table. */
export function versionCell(kind: string): string {
  const { live, also } = RUN_AGAINST[kind] ?? { live: [], also: [] }
  return live.length + also.length > 0 ? [...live, ...also].join(', ') : 'a stand-in and written answers only'
}
