'use client'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'

/** The dialog with new recovery codes: they are shown once. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Recovery codes"
      foot={
        <Button look="primary" onClick={onClose}>
          I have kept them
        </Button>
      }
    >
      <div className="flex flex-col gap-2">
        <p>
          Each signs you in once, beside your password, when you have lost your phone or key. Keep them where your password is not: they are
          shown this once.
        </p>
        <Code text={codes.join('\n')} label="Recovery codes" />
      </div>
    </Dialog>
  )
}
