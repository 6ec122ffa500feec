/** Started by the crash test of the audit log: appends an entry at a time and says its number and hash, until it is killed. */
import { createStore } from './store.ts'

const store = createStore({ path: process.argv[2]! })
store.audit.onWritten(({ seq, hash }) => void process.stdout.write(`${seq}:${hash}\n`))
for (let i = 1; ; i++) {
  store.audit.append({
    at: Date.now(),
    what: 'mode-set',
    by: 'ann',
    how: 'person',
    from: '192.0.2.1',
    about: '',
    outcome: 'done',
    detail: { i: `${i}` },
  })
  await new Promise((resolve) => setImmediate(resolve))
}
