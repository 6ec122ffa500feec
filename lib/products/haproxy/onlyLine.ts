import { EvenkeelError } from '../../model/error.ts'
import type { ConfigFile, FileServer } from './configFile.ts'

/** The line of a server where exactly one is certain; null where there is none. Throws `invalid` where several or a condition may count. */
export function onlyLine(config: ConfigFile, pool: string, server: string, file: string): FileServer | null {
  const found = config.pools.filter(({ name }) => name === pool).flatMap(({ servers }) => servers.filter(({ name }) => name === server))
  const [line, again] = found
  if (!line) return null
  if (again || line.conditional || line.template)
    throw new EvenkeelError(
      'invalid',
      `${file}: the line of ${pool}/${server} is not the only one that counts (a second one, \`.if\` or \`server-template\`)`,
    )
  return line
}
