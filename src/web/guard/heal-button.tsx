import { useWhyNot } from '../data/caller.ts'

/** Opens the dialog that heals; tells in its title why this person may not. */
export function HealButton({ onOpen }: { readonly onOpen: () => void }) {
  const whyNot = useWhyNot('operate')
  return (
    <button type="button" className="button" disabled={whyNot !== undefined} title={whyNot} onClick={onOpen}>
      Heal…
    </button>
  )
}
