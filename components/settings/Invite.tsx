'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import type { TokenRole } from '@/lib/model/answers/person.ts'
import { WhereField } from './WhereField.tsx'
import { readWhere } from './where.ts'

const DAYS = [
  { value: '7', label: 'in a week' },
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
]
const ROLES: { value: TokenRole; label: string }[] = [
  { value: 'viewer', label: 'viewer: reads' },
  { value: 'operator', label: 'operator: applies, silences' },
  { value: 'admin', label: 'admin: people and tokens too' },
]
const REPORTER: { value: TokenRole; label: string } = { value: 'reporter', label: 'reporter: sends references of a cache, nothing else' }

/** A name and a role; the secret that comes back is shown this once. */
export function Invite({ what, onClose }: { what: 'person' | 'token'; onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<TokenRole>('viewer')
  const [days, setDays] = useState('90')
  const [where, setWhere] = useState('')
  const scoped = what === 'token' && (role === 'operator' || role === 'admin')
  const read = scoped && where.trim() !== '' ? readWhere(where) : null
  const make = useMutation({
    mutationFn: () =>
      post<{ token?: string; link?: string }>(what === 'token' ? 'tokens' : 'persons', {
        name: name.trim(),
        role,
        ...(read && 'where' in read ? { where: read.where } : {}),
        ...(what === 'token' ? { until: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } : {}),
      }),
    onSettled: () => void client.invalidateQueries({ queryKey: [what === 'token' ? 'tokens' : 'persons'] }),
  })
  const secret = make.data?.token ?? make.data?.link
  return (
    <Dialog
      open
      onClose={onClose}
      title={what === 'token' ? 'Make a token' : 'Invite a person'}
      foot={
        secret ? (
          <Button onClick={onClose}>Done</Button>
        ) : (
          <Button
            look="primary"
            onClick={() => make.mutate()}
            busy={make.isPending}
            disabledBecause={(!name.trim() && 'Give it a name') || (read && 'wrong' in read && read.wrong)}
          >
            {what === 'token' ? 'Make it' : 'Make a sign-in link'}
          </Button>
        )
      }
    >
      {secret ? (
        <div className="flex flex-col gap-2">
          <p>
            {what === 'token' ? 'Copy it now: it is kept nowhere.' : 'Send this link; it works once, for a day, and ends those before it.'}
          </p>
          <Code text={secret} label={what === 'token' ? 'Token' : 'Sign-in link'} />
        </div>
      ) : (
        <div className="flex flex-col gap-3">
          <Field label="Name" wrong={make.error ? errorText(make.error) : undefined}>
            {(props) => <Input {...props} value={name} maxLength={60} autoFocus onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label="Role">
            {(props) => (
              <Select
                {...props}
                options={what === 'token' ? [REPORTER, ...ROLES] : ROLES}
                value={role}
                onChange={(event) => setRole(event.target.value as TokenRole)}
              />
            )}
          </Field>
          {scoped && (
            <WhereField
              label="On targets with"
              value={where}
              onChange={setWhere}
              help="Empty: everywhere. With labels it acts on the targets that have them, and reads everything."
            />
          )}
          {what === 'token' && (
            <Field label="Ends" help="It ends with you, too.">
              {(props) => <Select {...props} options={DAYS} value={days} onChange={(event) => setDays(event.target.value)} />}
            </Field>
          )}
        </div>
      )}
    </Dialog>
  )
}
