/** The look of the shell's menus. Not modal: locking the page's scrolling would inject a style, which the content security policy forbids. */
export const MENU =
  'z-40 max-h-(--radix-dropdown-menu-content-available-height) overflow-y-auto rounded-lg border border-line bg-raised p-1.5 shadow-xl';
export const MENU_ITEM =
  'flex min-h-8 cursor-default items-center gap-2 rounded px-2 outline-none data-highlighted:bg-hover data-highlighted:outline-2 data-highlighted:-outline-offset-2 data-highlighted:outline-accent-text';
