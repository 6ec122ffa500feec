import { count, duration } from '@/lib/format/format.ts'
import { durationText, parseDuration } from '@/lib/model/duration.ts'
import { FIRST_LOCAL, type Local } from './rule.ts'
import { readSize, sizeText } from './size.ts'
import { TextField } from './TextField.tsx'
import { isTtl } from './ttl.ts'

type Props = { prefix: string; local: Local | null; onChange: (local: Local | null) => void }

/** The fields of a small cache inside the application, which is asked first. */
export function LocalFields({ prefix, local, onChange }: Props) {
  return (
    <>
      <label className="flex min-h-8 items-center gap-2 text-sm">
        <input
          type="checkbox"
          checked={local !== null}
          onChange={({ target }) => onChange(target.checked ? FIRST_LOCAL : null)}
          className="size-4 accent-accent"
        />
        <Label prefix={prefix}>A cache inside the application before it</Label>
      </label>
      {local && (
        <div className="grid grid-cols-2 gap-3">
          <TextField
            label={<Label prefix={prefix}>Entries</Label>}
            help={`${count(local.keys)} a process`}
            value={sizeText({ by: 'keys', value: local.keys })}
            read={(text) => {
              const size = readSize(text, 'keys')
              return size && { value: size.value }
            }}
            wrong="a whole number: 10k"
            onChange={(keys) => onChange({ ...local, keys })}
          />
          <TextField
            label={<Label prefix={prefix}>Kept for</Label>}
            help={duration(local.ttlMs)}
            value={durationText(local.ttlMs)}
            read={(text) => {
              const ms = parseDuration(text)
              return ms !== null && isTtl(ms) ? { value: ms } : null
            }}
            wrong="5s, 1m; at most 30d"
            onChange={(ttlMs) => onChange({ ...local, ttlMs })}
          />
        </div>
      )}
    </>
  )
}

/** A label that says which of two caches it is of, to whoever cannot see where it stands. */
export const Label = ({ prefix, children }: { prefix: string; children: string }) => (
  <>
    {prefix && <span className="sr-only">{prefix} </span>}
    {children}
  </>
)
