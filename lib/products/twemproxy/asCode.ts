import type { CodeWriter } from '../../model/code.ts'
import type { Edit } from '../../model/product.ts'
import { HOSTS_NOTE, playbook, pythonPattern, pythonReplacement, type Task } from '../code/ansible.ts'
import { serverSetting } from '../serverSetting.ts'
import type { TwemproxyConfig } from './client.ts'
import { parseConfigFile, withWeights } from './configFile.ts'

/** Weights in nutcracker.yml, with a restart: twemproxy reads its file at its start alone. */
export const twemproxyCode: CodeWriter<TwemproxyConfig> = {
  kind: 'twemproxy',
  snippets(config, edits) {
    const path = config.config ?? '/etc/nutcracker/nutcracker.yml'
    const restart: Task = config.restart
      ? { name: 'Restart twemproxy', 'ansible.builtin.command': { argv: config.restart } }
      : { name: 'Restart twemproxy', 'ansible.builtin.service': { name: 'nutcracker', state: 'restarted' } }
    return [
      {
        form: 'ansible',
        title: 'Ansible: nutcracker.yml and a restart',
        language: 'yaml',
        text: playbook(
          'twemproxy',
          edits.map((edit) => fileTask(path, config.program, edit)),
          [restart],
        ),
        notes: [HOSTS_NOTE, 'The restart cuts every client connection for a moment.'],
      },
    ]
  },
  file: {
    read(text, names) {
      const pools = parseConfigFile(text)
      return Object.fromEntries(
        names.flatMap((name) => {
          const { pool, server } = partOf(name)
          const found = pools.find((one) => one.name === pool)?.servers.find((one) => one.name === server)
          return found ? [[name, String(found.weight)]] : []
        }),
      )
    },
    write: (text, edits) =>
      withWeights(
        text,
        edits.map(({ name, value }) => ({ ...partOf(name), weight: Number(value) })),
      ),
  },
}

const partOf = (name: string) => serverSetting(name, 'POOL/SERVER', { whats: ['weight'] })

/** `- HOST:PORT:WEIGHT NAME`: the server is called by its name where it has one, else by its address, without the port 11211. */
function fileTask(path: string, program: string, { name, value }: Edit): Task {
  const { pool, server } = partOf(name)
  const end = `(?=["']?[ \\t]*(?:#[^\\n]*)?$)`
  const own = pythonPattern(server)
  return {
    name: 'Set the weight',
    'ansible.builtin.replace': {
      path,
      after: `(?m)^${pythonPattern(pool)}:[^\\n]*\\n`,
      before: '(?:^\\S|\\Z)',
      regexp: `^([ \\t]*-[ \\t]*["']?(?:${own}(?::11211)?:(?=\\d+${end})|\\S+:(?=\\d+[ \\t]+${own}${end})))\\d+`,
      replace: `\\g<1>${pythonReplacement(value)}`,
      validate: `${/^[\w./-]+$/.test(program) ? program : 'nutcracker'} -t -c %s`,
    },
    notify: 'Restart twemproxy',
  }
}
