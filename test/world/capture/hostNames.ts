const LABEL = String.raw`[\p{L}\d_](?:[\p{L}\d_-]*[\p{L}\d_])?`
const HOST = String.raw`(?=[^\s:]*\p{L})${LABEL}(?:\.${LABEL})*`
const DOTTED = String.raw`${LABEL}(?:\.${LABEL})*\.(?=[\d-]*\p{L})${LABEL}`
const ENDS = 'com|net|org|io|local|localdomain|internal|intranet|intra|lan|corp|svc|consul|edu|gov|mil|arpa'

/** Where a host's name stands: after a scheme, before a port, as the value of a key that says so, or by its ending. */
const PLACES = [
  String.raw`:\/\/(?:[^\s/"'@]*@)?(${HOST})`,
  String.raw`@(${HOST})(?=:\d)`,
  // The host name of a node in CLUSTER NODES, and of a replica in INFO.
  String.raw`(?:@\d{1,5},|\bip=)(${HOST})(?=[ ,])`,
  String.raw`(?<![\p{L}\d_.-])(${DOTTED})(?=:\d{1,5}(?!\d))`,
  String.raw`^\s*(?:-|server(?:-template)?\s+(?:\S+\s+(?:\d\S*\s+)?)?)\s*["']?(${HOST})(?=:\d{1,5}(?!\d))`,
  String.raw`["']?\b(?:host_?name|node_?name|server_?name|node|master_host|fqdn|source|announced?_(?:host|ip)|sni)["']?[ \t]*[:=][ \t]*["']?(${HOST})(?![\p{L}\d_.-])`,
  String.raw`(?<![\p{L}\d_.-])((?:${LABEL}\.)+(?:${ENDS}))(?![\p{L}\d_-]|\.[\p{L}\d])`,
  String.raw`(?<![\p{L}\d_.-])((?:${LABEL}\.){2,}(?!js|py|rb|so|sh|gz|md|ts|lua)(?:\p{L}{2}|app|dev|cloud|home|private|info|biz))(?![\p{L}\d_-]|\.[\p{L}\d])`,
].map((source) => new RegExp(source, 'gimu'))

/** Words that stand where a name does and tell of nobody; types of Envoy's messages. */
const NOBODYS =
  /^(?:localhost|localhost\.localdomain|unix|none|null|true|false|default|unknown|type\.googleapis\.com|.*\.(?:example|invalid|test))$|^envoy\./i

/** Names of hosts that a text holds. */
export function hostNamesIn(text: string): string[] {
  const found = PLACES.flatMap((place) => [...text.matchAll(place)].map(([, name]) => name!))
  return [...new Set(found)].filter((name) => !NOBODYS.test(name) && !/^[\d.]+$/.test(name))
}
