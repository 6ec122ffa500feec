'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { errorText, get, path, remove } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Menu } from '@/components/ui/menu.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { PersonEntryView } from '@/lib/model/answers/person.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TokenView } from '@/lib/model/answers/token.ts'
import { GrantsDialog, RoleCell } from './Grants.tsx'
import { Invite } from './Invite.tsx'
import { TokenTable } from './TokenTable.tsx'

type PersonEntry = PersonEntryView
/** The people with their roles. Without a login everybody on this machine may do everything. */
export function People({ frame }: { frame: FrameView }) {
  const admin = frame.person?.role === 'admin'
  if (frame.auth === 'none')
    return (
      <>
        <Empty title="There is no login here" config={'auth: { mode: local }   # the first start prints a sign-in link'}>
          <p>Evenkeel listens on loopback only, and everybody on this machine may do everything. To listen elsewhere, a login is needed.</p>
        </Empty>
        <Tokens />
      </>
    )
  if (frame.auth === 'proxy')
    return (
      <>
        <Empty title="The reverse proxy signs people in">
          <p>Who may do what is written in the configuration: auth.roles gives each role to groups. Scripts send an API token.</p>
        </Empty>
        {admin && <Tokens />}
      </>
    )
  if (!admin) return <Empty title="Only an admin sees people and tokens">Ask one to invite you with another role.</Empty>
  return (
    <>
      <Persons issuer={frame.auth === 'oidc'} />
      <Tokens />
    </>
  )
}

/** `issuer`: an OpenID Connect issuer signs people in, so nobody is invited and removing ends sessions alone. */
function Persons({ issuer }: { issuer: boolean }) {
  const client = useQueryClient()
  const [inviting, setInviting] = useState(false)
  const [granting, setGranting] = useState<PersonEntry | null>(null)
  const { data, error } = useQuery({ queryKey: ['persons'], queryFn: ({ signal }) => get<Page<PersonEntry>>('persons', {}, signal) })
  const act = useMutation({
    mutationFn: (what: string) => remove(what),
    onError: (failure) => toast.error('Not done', { description: errorText(failure) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['persons'] }),
  })
  return (
    <Section
      title="People"
      note={
        issuer
          ? 'Who has signed in with the issuer, and the roles of their groups then. Removing ends all their sessions and tokens.'
          : undefined
      }
      flush
      actions={issuer ? undefined : <Button onClick={() => setInviting(true)}>Invite…</Button>}
    >
      {error && <Failure tried="The list of people could not be read." answer={errorText(error)} />}
      <Table
        label="People"
        sticky={false}
        rows={data?.items ?? []}
        rowKey={(person) => person.name}
        columns={[
          { id: 'name', head: 'Name', grow: true, cell: (person) => safe(person.name, 80) },
          { id: 'role', head: 'Role', cell: (person) => <RoleCell {...person} />, className: 'whitespace-normal!' },
          {
            id: 'password',
            head: 'Signs in by',
            from: 'sm',
            cell: (person) => <span className="text-dim">{issuer ? 'issuer' : person.hasPassword ? 'password' : 'link'}</span>,
          },
          ...(issuer
            ? []
            : [
                {
                  id: 'second',
                  head: 'Second factor',
                  from: 'md' as const,
                  cell: (person: PersonEntry) => <span className="text-dim">{person.secondFactor ? 'set up' : 'none'}</span>,
                },
              ]),
          {
            id: 'away',
            head: '',
            cell: (person) => (
              <Menu
                items={[
                  ...(issuer ? [] : [{ label: 'Roles by label…', onSelect: () => setGranting(person) }]),
                  { label: 'Sign out everywhere', onSelect: () => act.mutate(path`persons/${person.name}/sessions`) },
                  ...(issuer
                    ? []
                    : [
                        {
                          label: 'Take the second factor away',
                          onSelect: () => act.mutate(path`persons/${person.name}/second-factor`),
                          disabledBecause: person.secondFactor ? undefined : 'There is none',
                        },
                      ]),
                  'line',
                  { label: 'Remove, with sessions and tokens', onSelect: () => act.mutate(path`persons/${person.name}`) },
                ]}
              >
                <Button look="ghost" size="icon" aria-label={`What to do with ${safe(person.name, 80)}`}>
                  <Ellipsis size={16} aria-hidden />
                </Button>
              </Menu>
            ),
          },
        ]}
      />
      {granting && <GrantsDialog key={granting.name} person={granting} onClose={() => setGranting(null)} />}
      {inviting && <Invite what="person" onClose={() => setInviting(false)} />}
    </Section>
  )
}

function Tokens() {
  const [making, setMaking] = useState(false)
  const { data, error } = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => get<Page<TokenView>>('tokens', {}, signal) })
  return (
    <Section
      title="API tokens"
      note={
        data?.items.length === 0
          ? 'None. A script sends one as "Authorization: Bearer …".'
          : 'Each can do at most what its owner can, and ends with them.'
      }
      flush
      actions={<Button onClick={() => setMaking(true)}>Make a token…</Button>}
    >
      {error && <Failure tried="The list of tokens could not be read." answer={errorText(error)} />}
      {data && data.items.length > 0 && <TokenTable tokens={data.items} path="tokens" refresh={['tokens']} />}
      {making && <Invite what="token" onClose={() => setMaking(false)} />}
    </Section>
  )
}
