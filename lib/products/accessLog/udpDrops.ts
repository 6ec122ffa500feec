import { readFile } from 'node:fs/promises'

/** Datagrams that the kernel has dropped at a port since its socket was opened, because nobody read them in time; null where that is not told. */
export async function udpDrops(port: number): Promise<number | null> {
  const tables = await Promise.all(['/proc/net/udp', '/proc/net/udp6'].map((path) => readFile(path, 'latin1').catch(() => '')))
  const counts = tables.flatMap((table) => dropsIn(table, port) ?? [])
  return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : null
}

/** The column `drops` of a table of sockets, summed over those of that port; null: there is none. */
export function dropsIn(table: string, port: number): number | null {
  let sum: number | null = null
  for (const line of table.split('\n')) {
    const found = /^\s*\d+: [0-9A-F]{8,32}:([0-9A-F]{4}) .* (\d{1,15})\s*$/.exec(line)
    if (found && Number.parseInt(found[1]!, 16) === port) sum = (sum ?? 0) + Number(found[2])
  }
  return sum
}
