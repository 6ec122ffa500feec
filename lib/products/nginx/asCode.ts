import type { CodeWriter } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import type { ServerPart } from '../../model/setting.ts'
import { HOSTS_NOTE, playbook, pythonPattern, pythonReplacement, type Task } from '../code/ansible.ts'
import { serverSetting } from '../serverSetting.ts'
import { validFileOf } from './cache/settings.ts'
import { USUAL_CODES, VALID_NAME, validIn, withValid } from './cache/validFile.ts'
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
          edits.flatMap((edit) => (config.behind ? validTask(config, edit) : fileTasks(config, edit))),
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
          if (VALID_NAME.test(name)) return [[name, validIn(text, name)]]
          const found = serverOf(text, partOf(name), file)
          if (!found) return []
          return [[name, partOf(name).what === 'weight' ? String(found.weight) : found.down ? 'drain' : 'ready']]
        }),
      ),
    write: (text, edits) =>
      edits.reduce((sum, { name, value }) => {
        if (VALID_NAME.test(name)) return withValid(sum, name, value)
        const { pool, server, what } = partOf(name)
        return withServers(sum, pool, [{ server, ...(what === 'weight' ? { weight: Number(value) } : { down: value !== 'ready' }) }])
      }, text),
  },
}

const partOf = (name: string) => serverSetting(name, 'UPSTREAM/SERVER')

function serverOf(text: string, { pool, server }: ServerPart, file: string): UpstreamServer | null {
  const found = readUpstream(text, pool).servers.filter(({ address }) => address === server)
  if (found.length > 1) throw new EvenkeelError('invalid', `${file} names the server ${server} of ${pool} twice`)
  return found[0] ?? null
}

/** The time of the first statement that names the status; one without a status is of 200, 301 and 302. */
function validTask(config: NginxConfig, { name, value }: Edit): Task[] {
  const code = VALID_NAME.exec(name)?.[1] ?? ''
  const words = '(?:[ \\t]+[^\\s;#]+)*?'
  const named = `${words}[ \\t]+${code}${words}`
  const codes = USUAL_CODES.includes(code) ? `(?:${named})?` : named
  return [
    {
      name: `Set the time of answers with ${code}`,
      'ansible.builtin.replace': {
        path: validFileOf(config),
        regexp: `^([ \\t]*proxy_cache_valid${codes}[ \\t]+)[^\\s;#]+([ \\t]*;)`,
        replace: `\\g<1>${pythonReplacement(value)}\\g<2>`,
      },
      notify: 'Reload NGINX',
    },
  ]
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
