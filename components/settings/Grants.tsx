'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { errorText, path, post } from '@/components/frame/api.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { Field, Select } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { safe } from '@/lib/format/format.ts'
import type { Grant, PersonEntryView } from '@/lib/model/answers/person.ts'
import { grantText } from '@/lib/model/roles.ts'
import { WhereField } from './WhereField.tsx'
import { readWhere } from './where.ts'

const ROLES: { value: Grant['role']; label: string }[] = [
  { value: 'operator', label: 'operator: applies, silences' },
  { value: 'admin', label: 'admin: allows MONITOR bursts too' },
]

/** A role with the roles by label beside it. */
export function RoleCell({ role, grants = [] }: Pick<PersonEntryView, 'role' | 'grants'>) {
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      <span className="text-dim">{role}</span>
      {grants.map((grant) => (
        <Badge key={grantText(grant)}>{safe(grantText(grant), 60)}</Badge>
      ))}
    </span>
  )
}

/** The roles of a person by label: those that there are, and a form for one more. */
export function GrantsDialog({ person, onClose }: { person: PersonEntryView; onClose: () => void }) {
  const client = useQueryClient()
  const [grants, setGrants] = useState<Grant[]>(person.grants ?? [])
  const [role, setRole] = useState<Grant['role']>('operator')
  const [where, setWhere] = useState('')
  const read = readWhere(where)
  // What stands in the form is meant too, added or not.
  const next = 'where' in read ? { role, where: read.where } : null
  const whole = next ? [...grants.filter((one) => grantText(one) !== grantText(next)), next] : grants
  const save = useMutation({
    mutationFn: () => post(path`persons/${person.name}/grants`, { grants: whole }),
    onSuccess: onClose,
    onSettled: () => void client.invalidateQueries({ queryKey: ['persons'] }),
  })
  const changed = JSON.stringify(whole) !== JSON.stringify(person.grants ?? [])
  function add() {
    if (!next) return
    setGrants(whole)
    setWhere('')
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Roles of ${safe(person.name, 60)} by label`}
      lead={`${safe(person.name, 60)} is ${person.role} everywhere, and reads everything. A role by label holds on the targets that have all its labels.`}
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            look="primary"
            onClick={() => save.mutate()}
            busy={save.isPending}
            disabledBecause={(where.trim() !== '' && 'wrong' in read && read.wrong) || (!changed && 'Nothing is changed.')}
          >
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {save.error && <Failure tried="The roles could not be saved." answer={errorText(save.error)} />}
        {grants.length === 0 ? (
          <p className="text-dim text-sm">None yet.</p>
        ) : (
          <ul aria-label="Roles by label" className="flex flex-col border-line border-t">
            {grants.map((grant) => (
              <li key={grantText(grant)} className="flex items-center gap-2 border-line border-b py-1 text-sm">
                <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{safe(grantText(grant), 200)}</span>
                <Button
                  look="ghost"
                  size="icon"
                  aria-label={`Take away ${safe(grantText(grant), 100)}`}
                  onClick={() => setGrants(grants.filter((one) => one !== grant))}
                >
                  <X size={14} aria-hidden />
                </Button>
              </li>
            ))}
          </ul>
        )}
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            add()
          }}
        >
          <Field label="Role">
            {(props) => (
              <Select {...props} options={ROLES} value={role} onChange={(event) => setRole(event.target.value as Grant['role'])} />
            )}
          </Field>
          <WhereField
            label="On targets with"
            value={where}
            onChange={setWhere}
            help="Labels with their values; several with commas between them."
          />
          <Button type="submit" className="self-start" disabledBecause={'wrong' in read && read.wrong}>
            Add
          </Button>
        </form>
      </div>
    </Dialog>
  )
}
