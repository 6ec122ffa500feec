import type { CodeWriter } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { type ServerPart, serverPart } from '../../model/setting.ts'
import { HOSTS_NOTE, playbook, pythonPattern, pythonReplacement, type Task } from '../code/ansible.ts'
import type { NginxConfig } from './config.ts'
import { readUpstream, type UpstreamServer, withServers } from './upstreamFile.ts'

/** Weights and `down` in an upstream's include file, with a reload. */
export const nginxCode: CodeWriter<NginxConfig> = {
  kind: 'nginx',
  snippets(config, edits) {
    const reload: Task[] = [
      { name: 'Test the configuration', 'ansible.builtin.command': { argv: config.test }, listen: 'Reload NGINX' },
      config.reload
        ? { name: 'Reload', 'ansible.builtin.command': { argv: config.reload }, listen: 'Reload NGINX' }
        : { name: 'Reload', 'ansible.builtin.service': { name: 'nginx', state: 'reloaded' }, listen: 'Reload NGINX' },
    ]
    return [
      {
        form: 'ansible',
        title: "Ansible: the upstream's include file and a reload",
        language: 'yaml',
        text: playbook(
          'nginx',
          edits.flatMap((edit) => fileTasks(config, edit)),
          reload,
        ),
        notes: [HOSTS_NOTE],
      },
    ]
  },
  file: {
    read: (text, names, file) =>
      Object.fromEntries(
        names.flatMap((name) => {
          const found = serverOf(text, partOf(name), file)
          if (!found) return []
          return [[name, partOf(name).what === 'weight' ? String(found.weight) : found.down ? 'drain' : 'ready']]
        }),
      ),
    write: (text, edits) =>
      edits.reduce((sum, { name, value }) => {
        const { pool, server, what } = partOf(name)
        return withServers(sum, pool, [{ server, ...(what === 'weight' ? { weight: Number(value) } : { down: value !== 'ready' }) }])
      }, text),
  },
}

function partOf(name: string): ServerPart {
  const part = serverPart(name)
  if (!part)
    throw new EvenkeelError(
      'not_found',
      `${JSON.stringify(name.slice(0, 80))} is no setting: UPSTREAM/SERVER/weight or UPSTREAM/SERVER/state`,
    )
  return part
}

function serverOf(text: string, { pool, server }: ServerPart, file: string): UpstreamServer | null {
  const found = readUpstream(text, pool).servers.filter(({ address }) => address === server)
  if (found.length > 1) throw new EvenkeelError('invalid', `${file} names the server ${server} of ${pool} twice`)
  return found[0] ?? null
}

/** A statement that has the word gets its new value, one that has none gets the word; what is so already stays. */
function fileTasks(config: NginxConfig, { name, value }: Edit): Task[] {
  const { pool, server, what } = partOf(name)
  const path = config.upstreams[pool]?.file ?? `/etc/nginx/upstreams/${pool}.conf`
  // A file of `server` lines alone, or one of whole upstreams.
  const section = { after: `\\A(?:.*?\\bupstream\\s+${pythonPattern(pool)}\\s*\\{)?`, before: '(?:\\n[ \\t]*\\}|\\Z)' }
  const statement = `^([ \\t]*server[ \\t]+${pythonPattern(server)}(?=[\\s;])`
  const replace = (words: string, regexp: string, by: string): Task => ({
    name: words,
    'ansible.builtin.replace': { path, ...section, regexp, replace: by },
    notify: 'Reload NGINX',
  })
  if (what === 'weight')
    return [
      replace('Set the weight that the server has', `${statement}[^;#\\n]*?[ \\t]weight=)\\d+`, `\\g<1>${pythonReplacement(value)}`),
      replace(
        'Give a weight to a server that has none',
        `${statement}(?:(?!weight=)[^;#\\n])*?)([ \\t]*;)`,
        `\\g<1> weight=${pythonReplacement(value)}\\g<2>`,
      ),
    ]
  return value === 'ready'
    ? [replace('Take the server in again', `${statement}[^;#\\n]*?)[ \\t]+down(?=[\\s;])`, '\\g<1>')]
    : [replace('Take the server out', `${statement}(?:(?![ \\t]down[\\s;])[^;#\\n])*?)([ \\t]*;)`, '\\g<1> down\\g<2>')]
}
