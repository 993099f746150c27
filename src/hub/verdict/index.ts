/**
 * Verdicts that end in Git: what a person decides about a difference, as an edit of the fleet repository.
 *
 * Pure: texts in, texts out; who pushes them is told elsewhere. It refuses to write a file that it would not read back as
 * exactly what was asked for. Key invariant: an edit changes what it is about, and nothing else of the file.
 */
export { acceptRule } from './accept-rule.ts'
export { addRule, type Edited } from './add-rule.ts'
export { addItem, editObject, type ObjectEdit } from './edit-object.ts'
export { gitPatch } from './git-patch.ts'
