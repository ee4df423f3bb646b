-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- Its page size is called count, as in the other functions, and limit too: one function with both, not two of one name.
-- squawk-ignore ban-drop-function
drop function public.get_popular_items(integer, text);
