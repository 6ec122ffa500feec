import { EvenkeelError } from '../model/error.ts'
import { type ServerPart, serverPart } from '../model/setting.ts'

type What = ServerPart['what']
type Forms = {
  /** What can be set of a server. Default: its weight and its state. */
  whats?: readonly What[]
  /** Whether there is such a server: names of pools may hold slashes. */
  exists?: (pool: string, server: string) => boolean
}

/** The server that a setting is of, and what of it. `server`: as its product calls it, `UPSTREAM/SERVER`. Throws `not_found`, which names the forms that there are. */
export function serverSetting(name: string, server: string, { whats = ['weight', 'state'], exists }: Forms = {}): ServerPart {
  const part = serverPart(name, exists)
  if (part && whats.includes(part.what)) return part
  const forms = whats.map((what) => `${server}/${what}`).join(' or ')
  throw new EvenkeelError('not_found', `${JSON.stringify(name.slice(0, 120))} is no setting: ${forms}`)
}
