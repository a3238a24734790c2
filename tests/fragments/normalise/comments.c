/* a { comment ( */ int a; // it's one line \
   and another "
char *s = "/* not one */ // nor this \\";
char c = '"', d = '\\', e = '/';
/**/int b;/***/
char *long_text = "first \
second (";
