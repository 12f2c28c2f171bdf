/** Whether another origin has put this page into a frame, where a click may be meant for something that lies over it. */
export function framedElsewhere(): boolean {
  let page: Window = window;
  while (page !== page.parent) {
    page = page.parent;
    try {
      if (page.location.origin !== window.location.origin) return true;
    } catch {
      return true; // another origin's address may not be read, which is the answer
    }
  }
  return false;
}
