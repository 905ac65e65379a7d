/** What is to be known where a stack's data were exchanged for others. */

/** The way back, and the steps that remain: data that come from elsewhere or from before bring their schema and accounts. */
export function remainingSteps(name: string, saved: string): string {
  return [
    `Back to the state before: socle restore ${saved} --stack ${name}`,
    `→ What the application has still to migrate: socle exec backend --stack ${name} -- python manage.py migrate --plan`,
    "→ An administrator as the stack has one: set rotation.adminPassword one higher, and run pulumi up",
  ].join("\n");
}
