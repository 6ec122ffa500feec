'use client'
import { path, post } from '@/components/frame/api.ts'
import { safe } from '@/lib/format/format.ts'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { AddPasskey } from './AddPasskey.tsx'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { SetUpCodes } from './SetUpCodes.tsx'

/** What is being done about the second factor. */
export type Doing =
  | { what: 'set-up-codes' | 'remove-codes' | 'renew' | 'add-passkey' }
  | { what: 'remove-passkey'; id: string; name: string }
  | { what: 'show-recovery'; codes: string[] }

type Props = { doing: Doing; account: AccountView; onDoing: (doing: Doing | null) => void }

/** The dialog of each; recovery codes that one makes are shown by the next. */
export function SecondFactorDialog({ doing, account, onDoing }: Props) {
  const close = () => onDoing(null)
  const show = (codes: string[] | null) => onDoing(codes ? { what: 'show-recovery', codes } : null)
  switch (doing.what) {
    case 'set-up-codes':
      return <SetUpCodes account={account} onClose={close} onDone={show} />
    case 'add-passkey':
      return <AddPasskey account={account} onClose={close} onDone={show} />
    case 'show-recovery':
      return <RecoveryCodes codes={doing.codes} onClose={close} />
    case 'remove-codes':
      return (
        <ConfirmDialog
          title="Remove the authenticator app"
          verb="Remove it"
          account={account}
          run={(present) => post('session/codes/remove', { present })}
          onClose={close}
          onDone={close}
        >
          Its codes no longer sign you in.
        </ConfirmDialog>
      )
    case 'remove-passkey':
      return (
        <ConfirmDialog
          title={`Remove the passkey ${safe(doing.name, 60)}`}
          verb="Remove it"
          account={account}
          run={(present) => post(path`session/passkeys/${doing.id}/remove`, { present })}
          onClose={close}
          onDone={close}
        >
          It no longer signs you in. Delete it in the device or password manager that keeps it too.
        </ConfirmDialog>
      )
    case 'renew':
      return (
        <ConfirmDialog
          title="New recovery codes"
          verb="Make new codes"
          account={account}
          run={(present) => post<{ recovery: string[] }>('session/recovery', { present })}
          onClose={close}
          onDone={({ recovery }) => show(recovery)}
        >
          Those from before no longer work.
        </ConfirmDialog>
      )
  }
}
