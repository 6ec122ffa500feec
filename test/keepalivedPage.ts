const STATES = ['INIT', 'BACKUP', 'MASTER', 'FAULT']
const COUNTS: [metric: string, help: string, section: string, key: string][] = [
  ['keepalived_address_list_errors_total', 'Address list errors', 'Packet Errors', 'Address List'],
  ['keepalived_advertisements_interval_errors_total', 'Advertisement interval errors', 'Packet Errors', 'Advertisement Interval'],
  ['keepalived_advertisements_received_total', 'Advertisements received', 'Advertisements', 'Received'],
  ['keepalived_advertisements_sent_total', 'Advertisements sent', 'Advertisements', 'Sent'],
  ['keepalived_authentication_failure_total', 'Authentication failure', 'Authentication Errors', 'Failure'],
  ['keepalived_authentication_invalid_total', 'Authentication invalid', 'Authentication Errors', 'Invalid Type'],
  ['keepalived_authentication_mismatch_total', 'Authentication mismatch', 'Authentication Errors', 'Type Mismatch'],
  ['keepalived_become_master_total', 'Became master', '', 'Became master'],
  ['keepalived_invalid_type_received_total', 'Invalid type errors', 'Packet Errors', 'Invalid Type'],
  ['keepalived_ip_ttl_errors_total', 'TTL errors', 'Packet Errors', 'TTL'],
  ['keepalived_packet_length_errors_total', 'Packet length errors', 'Packet Errors', 'Length'],
  ['keepalived_priority_zero_received_total', 'Priority zero received', 'Priority Zero', 'Received'],
  ['keepalived_priority_zero_sent_total', 'Priority zero sent', 'Priority Zero', 'Sent'],
  ['keepalived_release_master_total', 'Released master', '', 'Released master'],
]

type Instance = { iname: string; intf: string; vrid: string; state: number; garp: string; own: string[]; excluded: string[] }

/**
 * The page of keepalived_exporter (mehdy/keepalived-exporter) for what keepalived has written at its signals, by the exporter's sources:
 * internal/collector/collector.go (names, help, types, labels), internal/collector/parser.go (what is taken of `keepalived.data` and
 * `keepalived.stats`), and the text format of Prometheus's Go client, which sorts metrics and labels by name. Without the metrics of the Go process. Held against a page of the exporter itself (test/keepalived).
 */
export function keepalivedPage(data: string, stats: string): string {
  const instances = instancesOf(data)
  const families = new Map<string, { help: string; type: string; lines: string[] }>()
  const add = (name: string, help: string, type: string, labels: Record<string, string>, value: number | string) => {
    const family = families.get(name) ?? { help, type, lines: [] }
    families.set(name, family)
    const told = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
    family.lines.push(`${name}${told.length > 0 ? `{${told.map(([key, text]) => `${key}="${text}"`).join(',')}}` : ''} ${value}`)
  }
  add('keepalived_exporter_build_info', 'A metric with a constant \'1\' value labeled by version, revision, branch, goversion from which keepalived_exporter was built, and the goos and goarch for the build.', 'gauge', { branch: 'HEAD', goarch: 'amd64', goos: 'linux', goversion: 'go1.26.0', revision: '5aedbfb', tags: 'unknown', version: '1.7.0' }, 1) // biome-ignore format: one line
  add('keepalived_up', 'Status', 'gauge', {}, 1)
  for (const { iname, intf, vrid, state, garp, own, excluded } of instances) {
    const common = { iname, intf, vrid }
    for (const [name, help, section, key] of COUNTS) add(name, help, 'counter', common, countOf(stats, iname, section, key))
    add('keepalived_gratuitous_arp_delay_total', 'Gratuitous ARP delay', 'counter', common, garp)
    const at = (name: string, help: string, address: string) => {
      const [ip = '', , device = intf] = address.split(' ')
      add(name, help, 'gauge', { iname, intf: device, vrid, ip_address: ip }, state)
    }
    for (const address of own.length > 0 ? own : ['']) at('keepalived_vrrp_state', 'State of vrrp', address)
    for (const address of excluded) at('keepalived_vrrp_excluded_state', 'State of vrrp with excluded VIP', address)
  }
  return [...families]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { help, type, lines }]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.sort().join('\n')}\n`)
    .join('')
}

function instancesOf(data: string): Instance[] {
  const [, ...parts] = data.split(/^ VRRP Instance = /m)
  return parts.map((part) => {
    const lines = part.split(/\n(?! {3})/)[0]!.split('\n')
    const of = (key: string) => lines.find((line) => line.trim().startsWith(`${key} = `))?.split(' = ')[1]
    const listed = (head: RegExp) => {
      const from = lines.findIndex((line) => head.test(line)) + 1
      const rest = from === 0 ? [] : lines.slice(from)
      const end = rest.findIndex((line) => !line.startsWith('     '))
      return rest.slice(0, end < 0 ? undefined : end).map((line) => line.trim())
    }
    return {
      iname: lines[0]!.trim(),
      intf: of('Interface') ?? '',
      vrid: of('Virtual Router ID') ?? '0',
      state: STATES.indexOf(of('State') ?? ''),
      garp: of('Gratuitous ARP delay') ?? '0',
      own: listed(/^ +Virtual IP(?: \(\d+\))? ?[:=]/),
      excluded: listed(/^ +Virtual IP Excluded/),
    }
  })
}

function countOf(stats: string, iname: string, section: string, key: string): string {
  const own = stats.split(/^VRRP Instance: /m).find((part) => part.split('\n')[0]!.trim() === iname) ?? ''
  const within = section === '' ? own : (new RegExp(`^  ${section}:\n((?:    .*\n?)*)`, 'm').exec(own)?.[1] ?? '')
  return new RegExp(`^ +${key}: (\\d+)`, 'm').exec(within)?.[1] ?? '0'
}
