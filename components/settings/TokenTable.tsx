'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ago, Day } from '@/components/frame/Ago.tsx'
import { errorText, remove } from '@/components/frame/api.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { TokenView } from '@/lib/model/answers/token.ts'
import { grantText } from '@/lib/model/roles.ts'

/** API tokens with their end, owner and last use. `path`: where they are revoked; `refresh`: the queries that then are old. */
export function TokenTable({ tokens, path, refresh }: { tokens: readonly TokenView[]; path: string; refresh: string[] }) {
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: (id: string) => remove(`${path}/${encodeURIComponent(id)}`),
    onError: (failure) => toast.error('Not revoked', { description: errorText(failure) }),
    onSettled: () => {
      for (const key of refresh) void client.invalidateQueries({ queryKey: [key] })
    },
  })
  return (
    <Table
      label="API tokens"
      sticky={false}
      rows={tokens}
      rowKey={(token) => token.id}
      columns={[
        { id: 'name', head: 'Name', grow: true, cell: (token) => safe(token.name, 80) },
        { id: 'role', head: 'Role', cell: role, className: 'whitespace-normal!' },
        { id: 'owner', head: 'Owner', from: 'sm', cell: (token) => <span className="text-dim">{owner(token)}</span> },
        { id: 'used', head: 'Last use', from: 'md', cell: (token) => <Ago at={token.usedAt} /> },
        { id: 'until', head: 'Ends', from: 'sm', cell: (token) => <Day at={token.until} /> },
        {
          id: 'revoke',
          head: '',
          cell: (token) => (
            <Button look="danger" onClick={() => revoke.mutate(token.id)} aria-label={`Revoke the token ${safe(token.name, 80)}`}>
              Revoke
            </Button>
          ),
        },
      ]}
    />
  )
}

function role({ role, where, present, grants = [], until }: TokenView) {
  if (where && present) {
    const made = grantText({ role, where })
    const now = grants.map(grantText).join('; ') || present
    return <Badge title={now === made ? 'It reads everything' : `Made as ${made}; its owner may less now`}>{safe(now, 80)}</Badge>
  }
  if (present === role) return <span className="text-dim">{role}</span>
  if (present) return <Badge title={`Made for ${role}; its owner is ${present} now`}>{present}</Badge>
  const ended = Date.parse(until) <= Date.now()
  return (
    <Badge tone="off" title={ended ? 'It has ended' : 'Its owner is gone, or has no role here'}>
      {ended ? 'ended' : 'no owner'}
    </Badge>
  )
}

const owner = ({ owner, by }: TokenView) => (owner === null ? `unknown (made by ${safe(by, 40)})` : safe(owner, 60))
